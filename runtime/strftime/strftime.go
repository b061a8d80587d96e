// Package strftime formats times as the C library's strftime does in the C
// locale (POSIX.1-2008 and the glibc extensions %k %l %P %s).
package strftime

import (
	"strconv"
	"time"
)

// Append appends t formatted by layout. An unknown conversion stays as it is.
func Append(dst []byte, layout string, t time.Time) []byte {
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' || i+1 == len(layout) {
			dst = append(dst, layout[i])
			continue
		}
		i++
		c := layout[i]
		if (c == 'E' || c == 'O') && i+1 < len(layout) { // alternative forms: the same in the C locale
			i++
			c = layout[i]
		}
		dst = conversion(dst, c, t)
	}
	return dst
}

// layouts are the conversions that Go's time package knows.
var layouts = [128]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'h': "Jan",
	'c': "Mon Jan _2 15:04:05 2006", 'D': "01/02/06", 'x': "01/02/06", 'd': "02", 'e': "_2",
	'F': "2006-01-02", 'H': "15", 'I': "03", 'j': "002", 'm': "01", 'M': "04",
	'p': "PM", 'P': "pm", 'r': "03:04:05 PM", 'R': "15:04", 'S': "05", 'T': "15:04:05", 'X': "15:04:05",
	'y': "06", 'Y': "2006", 'z': "-0700", 'Z': "MST",
}

func conversion(dst []byte, c byte, t time.Time) []byte {
	if c < 128 && layouts[c] != "" {
		return t.AppendFormat(dst, layouts[c])
	}
	switch c {
	case '%':
		return append(dst, '%')
	case 'n':
		return append(dst, '\n')
	case 't':
		return append(dst, '\t')
	case 's':
		return strconv.AppendInt(dst, t.Unix(), 10)
	case 'C':
		return pad(dst, t.Year()/100, 2, '0')
	case 'k':
		return pad(dst, t.Hour(), 2, ' ')
	case 'l':
		return pad(dst, (t.Hour()+11)%12+1, 2, ' ')
	case 'u':
		return pad(dst, (int(t.Weekday())+6)%7+1, 1, '0')
	case 'w':
		return pad(dst, int(t.Weekday()), 1, '0')
	case 'U':
		return pad(dst, (t.YearDay()+6-int(t.Weekday()))/7, 2, '0')
	case 'W':
		return pad(dst, (t.YearDay()+6-(int(t.Weekday())+6)%7)/7, 2, '0')
	case 'V', 'G', 'g':
		year, week := t.ISOWeek()
		switch c {
		case 'V':
			return pad(dst, week, 2, '0')
		case 'g':
			return pad(dst, year%100, 2, '0')
		}
		return strconv.AppendInt(dst, int64(year), 10)
	}
	return append(dst, '%', c)
}

func pad(dst []byte, n, width int, fill byte) []byte {
	var d [20]byte
	s := strconv.AppendInt(d[:0], int64(n), 10)
	for i := len(s); i < width; i++ {
		dst = append(dst, fill)
	}
	return append(dst, s...)
}
