"""Tags of the kiosk's templates."""
