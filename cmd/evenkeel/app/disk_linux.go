package app

import (
	"fmt"
	"syscall"
)

// diskSpace is how many bytes are free, and how many there are, where the directory is.
func diskSpace(dir string) (free, size float64, known bool, err error) {
	var about syscall.Statfs_t
	if err := syscall.Statfs(dir, &about); err != nil {
		return 0, 0, false, fmt.Errorf("look how full the disk of %s is: %w", dir, err)
	}
	block := float64(about.Bsize)
	return float64(about.Bavail) * block, float64(about.Blocks) * block, true, nil
}
