//go:build race

package configs

// mutants is how many mistakes olelo is given.
const mutants = 600
