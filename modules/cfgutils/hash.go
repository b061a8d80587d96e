package cfgutils

import (
	"crypto/md5" // #nosec G501 -- what Kamailio shows
	"encoding/hex"
	"fmt"
	"os"

	"olelo/runtime/registry"
	"olelo/transformations"
)

// coreHash gives 1 to 2^size, as the code of core_hash. A size out of range
// counts as 0.
func coreHash(_ *registry.Ctx, a, b string, size int) int {
	if size < 0 || size > 31 {
		size = 0
	}
	return int(transformations.CoreHash(a, b, 1<<uint(size))) + 1
}

// fileHash is a file's MD5 sum in hexadecimal.
func fileHash(name string) (string, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("hash_file: %w", err)
	}
	sum := md5.Sum(b) // #nosec G401
	return hex.EncodeToString(sum[:]), nil
}
