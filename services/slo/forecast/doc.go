// Package forecast tells how probable it is that an error budget runs out, by drawing
// futures from the past. It is pure: chance is given to it.
package forecast
