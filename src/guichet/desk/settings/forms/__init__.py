"""The settings' forms. They say what was typed wrong; what may be is decided by the actions."""
