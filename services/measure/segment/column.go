package segment

import "encoding/binary"

// column is a run of unsigned integers of one width in bytes.
type column struct {
	width uint8
	cells []byte
}

// validWidth reports whether a column may be that wide.
func validWidth(width uint8) bool {
	switch width {
	case 0, 1, 2, 4, 8:
		return true
	}
	return false
}

// widthOf is the narrowest width that holds v.
func widthOf(v int64) uint8 {
	switch {
	case v == 0:
		return 0
	case v < 1<<8:
		return 1
	case v < 1<<16:
		return 2
	case v < 1<<32:
		return 4
	}
	return 8
}

func (c column) at(i int) int64 {
	switch c.width {
	case 1:
		return int64(c.cells[i])
	case 2:
		return int64(binary.LittleEndian.Uint16(c.cells[i*2:]))
	case 4:
		return int64(binary.LittleEndian.Uint32(c.cells[i*4:]))
	case 8:
		return int64(binary.LittleEndian.Uint64(c.cells[i*8:]))
	}
	return 0
}

// set writes v, which must fit the width.
func (c column) set(i int, v int64) {
	switch c.width {
	case 1:
		c.cells[i] = byte(v)
	case 2:
		binary.LittleEndian.PutUint16(c.cells[i*2:], uint16(v))
	case 4:
		binary.LittleEndian.PutUint32(c.cells[i*4:], uint32(v))
	case 8:
		binary.LittleEndian.PutUint64(c.cells[i*8:], uint64(v))
	}
}

// sum adds the cells from i up to, but without, j.
func (c column) sum(i, j int) int64 {
	var sum int64
	switch c.width {
	case 1:
		for _, v := range c.cells[i:j] {
			sum += int64(v)
		}
	case 2:
		for cells := c.cells[i*2 : j*2]; len(cells) >= 2; cells = cells[2:] {
			sum += int64(binary.LittleEndian.Uint16(cells))
		}
	case 4:
		for cells := c.cells[i*4 : j*4]; len(cells) >= 4; cells = cells[4:] {
			sum += int64(binary.LittleEndian.Uint32(cells))
		}
	case 8:
		for cells := c.cells[i*8 : j*8]; len(cells) >= 8; cells = cells[8:] {
			sum += int64(binary.LittleEndian.Uint64(cells))
		}
	}
	return sum
}
