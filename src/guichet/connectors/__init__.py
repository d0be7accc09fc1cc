"""What other programs hear from us: webhooks, the log of what they were sent, and sending it again."""
