"""What other detectors say of the labelled texts; a peer that is not installed is left out."""

import sys

print("no peer is installed")
sys.exit(2)
