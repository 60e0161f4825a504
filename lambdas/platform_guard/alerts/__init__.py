"""The alert: its value, how alerts are grouped, how they are rendered and delivered."""
