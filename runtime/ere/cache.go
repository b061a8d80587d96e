package ere

import lru "github.com/hashicorp/golang-lru/v2"

// Cache keeps the patterns that are only known while routing. It is safe for
// concurrent use.
type Cache struct{ lru *lru.Cache[key, entry] }

type key struct {
	pattern string
	flags   Flags
}

// entry is a pattern's outcome; a bad one is remembered too.
type entry struct {
	re  *Regexp
	err error
}

// NewCache returns a cache of the size patterns used last, size > 0.
func NewCache(size int) *Cache {
	c, err := lru.New[key, entry](max(size, 1))
	if err != nil {
		panic(err) // only of a size that is not positive
	}
	return &Cache{c}
}

// Get compiles a pattern, or finds it. The text of pattern may die afterwards.
func (c *Cache) Get(pattern string, f Flags) (*Regexp, error) {
	if e, ok := c.lru.Get(key{pattern, f}); ok {
		return e.re, e.err
	}
	own := string(append([]byte(nil), pattern...))
	var e entry
	e.re, e.err = Compile(own, f)
	c.lru.Add(key{own, f}, e)
	return e.re, e.err
}
