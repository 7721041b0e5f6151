"""Products of a shop: their prices, stock, variations, terms and images."""
