package core

// FlagBit is the number, 0 to 31, of a declared message flag. One whose line
// gives none has the lowest number that no line before it has.
func (p *Params) FlagBit(name string) (int, bool) {
	var used uint32
	for _, f := range p.Flags {
		bit := f.Bit
		if bit < 0 {
			bit = 0
			for bit < 32 && used&(1<<bit) != 0 {
				bit++
			}
			if bit == 32 {
				return 0, false
			}
		}
		if f.Name == name {
			return bit, true
		}
		used |= 1 << bit
	}
	return 0, false
}
