"""Sessions that teach: what they are needed for, who registers, who came, and what they changed."""
