"""What other detectors say of the labelled texts: not measured by this script yet.

Exit code 2: `cargo xtask eval sensitive` says that peers are left out and goes on.
"""

import sys

sys.exit(2)
