"""The estimate of the wait tried on days from elsewhere, simulated or recorded, beside the usual estimates."""
