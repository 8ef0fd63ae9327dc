"""What fills the terminal, and what asks before something is done."""
