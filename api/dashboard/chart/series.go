package chart

import (
	"math"
	"time"
)

// Point is a value at a time. Value is a share of the whole (1 is 100 %), and may
// be below zero; an unknown point has none and breaks the line.
type Point struct {
	At    time.Time
	Value float64
	Known bool
}

// runs cuts points into stretches without an unknown one.
func runs(points []Point) [][]Point {
	var out [][]Point
	begin := -1
	for i, p := range points {
		switch {
		case p.Known && begin < 0:
			begin = i
		case !p.Known && begin >= 0:
			out = append(out, points[begin:i])
			begin = -1
		}
	}
	if begin >= 0 {
		out = append(out, points[begin:])
	}
	return out
}

// span is a stretch of time.
type span struct{ from, to time.Time }

// gaps returns the stretches in which nothing is known, between the known points
// around them or to the edges of the points.
func gaps(points []Point) []span {
	var out []span
	for i := 0; i < len(points); {
		if points[i].Known {
			i++
			continue
		}
		begin := i
		for i < len(points) && !points[i].Known {
			i++
		}
		s := span{points[begin].At, points[i-1].At}
		if begin > 0 {
			s.from = points[begin-1].At
		}
		if i < len(points) {
			s.to = points[i].At
		}
		out = append(out, s)
	}
	return out
}

// piece is a part of a run that lies on one side of zero.
type piece struct {
	below  bool
	points []Point
}

// split cuts a run where it crosses zero, with the crossing in both pieces.
func split(run []Point) []piece {
	var out []piece
	for i, p := range run {
		below := p.Value < 0
		if i == 0 {
			out = append(out, piece{below: below, points: []Point{p}})
			continue
		}
		last := &out[len(out)-1]
		if last.below == below {
			last.points = append(last.points, p)
			continue
		}
		cross := crossing(run[i-1], p)
		last.points = append(last.points, cross)
		out = append(out, piece{below: below, points: []Point{cross, p}})
	}
	return out
}

// crossing is where the line from a to b meets zero; their signs differ.
func crossing(a, b Point) Point {
	share := a.Value / (a.Value - b.Value)
	return Point{At: a.At.Add(time.Duration(math.Round(share * float64(b.At.Sub(a.At))))), Known: true}
}

// bounds returns the least and greatest known value.
func bounds(points []Point) (low, high float64, known bool) {
	for _, p := range points {
		if !p.Known {
			continue
		}
		if !known {
			low, high, known = p.Value, p.Value, true
			continue
		}
		low, high = min(low, p.Value), max(high, p.Value)
	}
	return low, high, known
}
