"""What is already known: articles with their versions, decision trees with their runs, and what readers say of them."""
