"""The design language as code: tokens, components, base templates, small scripts. Knows nothing of support work."""
