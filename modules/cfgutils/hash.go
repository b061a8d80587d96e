package cfgutils

import (
	"crypto/md5" // #nosec G501 -- what Kamailio shows
	"encoding/hex"
	"fmt"
	"os"

	"olelo/runtime/registry"
	"olelo/transformations"
)

// coreHash gives 1 to 2^size, as the code of core_hash. A size of 0 or less
// counts as 1, one past 31 modulo 32.
func coreHash(_ *registry.Ctx, a, b string, size int) int {
	if size <= 0 {
		size = 1
	}
	return int(transformations.CoreHash(a, b, 1<<(uint(size)%32))) + 1
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
