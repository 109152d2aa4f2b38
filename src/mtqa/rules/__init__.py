"""Rules are data: their schema, the loader, and the engine that matches them."""
