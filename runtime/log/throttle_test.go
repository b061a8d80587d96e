package log

import (
	"testing"
	"time"
)

func TestThrottle(t *testing.T) {
	var th Throttle
	if ok, left := th.Allow(); !ok || left != "" {
		t.Errorf("the first line: %v %q", ok, left)
	}
	th.next = time.Now().Add(time.Hour)
	for range 3 {
		if ok, _ := th.Allow(); ok {
			t.Error("a second line within the time")
		}
	}
	th.next = time.Time{}
	if ok, left := th.Allow(); !ok || left != " (and 3 more)" {
		t.Errorf("the next line: %v %q", ok, left)
	}
}
