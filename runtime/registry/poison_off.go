//go:build !race

package registry

const poison = false
