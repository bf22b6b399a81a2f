"""What people may ask of the planning room; what was typed stays, and every fault has its own sentence."""
