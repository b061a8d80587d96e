package app

import (
	"olelo/lang/diag"
	"olelo/runtime/log"
)

// streams reports whether large MSRP frames pass while they come in, if nothing
// reads their bodies.
func (s *server) streams() bool {
	l, ok := s.frames.(frameLimiter)
	return ok && l.StreamFrom() > 0
}

// heldFrames says what makes the server hold MSRP frames until they are whole.
func (s *server) heldFrames(diags *diag.List) {
	if use := s.prog.Whole; s.streams() && use != nil && use.Pos.IsValid() {
		diags.Add(diag.Diagnostic{
			Severity: diag.Info, Code: "frames-held", Pos: use.Pos, Late: true,
			Msg:  "MSRP frames are held until they are whole: this reads " + use.Text,
			Hint: "where nothing reads bodies, large frames pass while they come in, whatever their size",
		})
	}
}

// logFrames says at the start whether large MSRP frames are held.
func (s *server) logFrames() {
	switch use := s.prog.Whole; {
	case !s.streams():
	case use == nil:
		s.log.Infof(log.Core, "nothing reads the bodies of MSRP frames: large ones pass while they come in")
	case use.Pos.IsValid():
		s.log.Infof(log.Core, "MSRP frames are held until they are whole: %s:%d reads %s", use.Pos.Filename, use.Pos.Line, use.Text)
	default:
		s.log.Infof(log.Core, "MSRP frames are held until they are whole: %s may read their bodies", use.Text)
	}
}
