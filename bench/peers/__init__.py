"""What mirrorpress is measured against. Each says what it does and what it leaves out."""
