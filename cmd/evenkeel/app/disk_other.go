//go:build !linux

package app

// diskSpace is not known here.
func diskSpace(string) (free, size float64, known bool, err error) { return 0, 0, false, nil }
