"""Several machines played by processes: a load balancer, web processes, workers, a pooler; one after the other is
started anew while people and programs work. `python -m bench.machines` says what they noticed."""
