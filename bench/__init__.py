"""What things cost on this machine. `make bench`; see bench/README.md."""
