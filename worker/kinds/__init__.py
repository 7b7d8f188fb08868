"""What happens later, a file to a kind: each is found where it stands."""
