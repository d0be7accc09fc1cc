"""What a text probably is, learned from the organisation’s own tickets: proposed with its confidence, never applied."""
