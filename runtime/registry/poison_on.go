//go:build race

package registry

// poison overwrites a dead message's arena, so that a view that outlived its
// message shows at once. On in race builds, which every test run uses.
const poison = true
