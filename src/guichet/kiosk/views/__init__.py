"""The pages of kiosks and of phones, one module for each resource."""
