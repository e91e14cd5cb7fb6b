package otlp

import (
	"testing"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
)

// The steps are the cases of the OpenTelemetry data model ("Resets and gaps",
// "Overlap"), each counted by hand; times are seconds.
func TestAStreamAdvances(t *testing.T) {
	t.Parallel()
	type sent struct {
		start, time time.Duration
		good, total int64
	}
	type want struct {
		counted     bool
		good, total int64
		reason      string
	}
	const h, s = time.Hour, time.Second
	seen := &Stream{Start: 1}
	for _, c := range []struct {
		name       string
		root       *Stream
		cumulative bool
		sent       []sent
		want       []want
	}{
		{"deltas count as they are", nil, false,
			[]sent{{0, 10 * s, 1, 2}, {10 * s, 20 * s, 3, 4}}, []want{{true, 1, 2, ""}, {true, 3, 4, ""}}},
		{"a repeated delta counts once, an older one is refused", nil, false,
			[]sent{{0, 20 * s, 1, 2}, {0, 20 * s, 1, 2}, {0, 10 * s, 1, 2}}, []want{{true, 1, 2, ""}, {}, {reason: outOfOrder}}},
		{"of cumulative ones the difference counts", nil, true,
			[]sent{{1 * s, 10 * s, 5, 10}, {1 * s, 20 * s, 7, 14}, {1 * s, 30 * s, 7, 14}}, []want{{true, 5, 10, ""}, {true, 2, 4, ""}, {true, 0, 0, ""}}},
		{"what was counted long ago is where counting begins", nil, true,
			[]sent{{1 * s, 2 * h, 5000, 10_000}, {1 * s, 2*h + 10*s, 5001, 10_002}}, []want{{}, {true, 1, 2, ""}}},
		{"a new stream of a process that was seen counts whole", seen, true,
			[]sent{{1 * s, 2 * h, 1, 1}}, []want{{true, 1, 1, ""}}},
		{"without a start the first is where counting begins", nil, true,
			[]sent{{0, 10 * s, 5, 10}, {0, 20 * s, 6, 12}}, []want{{}, {true, 1, 2, ""}}},
		{"a decrease is a reset", nil, true,
			[]sent{{0, 10 * s, 5, 10}, {0, 20 * s, 2, 3}, {0, 30 * s, 3, 5}}, []want{{}, {true, 2, 3, ""}, {true, 1, 2, ""}}},
		{"fewer good ones are a reset", nil, true,
			[]sent{{0, 10 * s, 5, 10}, {0, 20 * s, 4, 12}}, []want{{}, {true, 4, 12, ""}}},
		{"fewer bad ones are a reset", nil, true,
			[]sent{{0, 10 * s, 5, 10}, {0, 20 * s, 11, 12}}, []want{{}, {true, 11, 12, ""}}},
		{"a later start is a reset, also when there are more", nil, true,
			[]sent{{1 * s, 10 * s, 5, 10}, {15 * s, 20 * s, 6, 12}}, []want{{true, 5, 10, ""}, {true, 6, 12, ""}}},
		{"a repeated and an older one change nothing", nil, true,
			[]sent{{1 * s, 20 * s, 5, 10}, {1 * s, 20 * s, 5, 10}, {1 * s, 10 * s, 1, 2}}, []want{{true, 5, 10, ""}, {}, {}}},
		{"an earlier start is another process", nil, true,
			[]sent{{15 * s, 20 * s, 5, 10}, {1 * s, 30 * s, 9, 9}, {15 * s, 40 * s, 6, 11}}, []want{{true, 5, 10, ""}, {reason: overlaps}, {true, 1, 1, ""}}},
		{"a start that becomes known is no reset", nil, true,
			[]sent{{0, 10 * s, 5, 10}, {1 * s, 20 * s, 6, 12}, {1 * s, 30 * s, 6, 13}}, []want{{}, {true, 1, 2, ""}, {true, 0, 1, ""}}},
	} {
		var known *Stream
		for i, p := range c.sent {
			next, added, counted, reason := advance(known, c.root, reading{
				cumulative: c.cumulative, start: int64(p.start), time: int64(p.time), counts: counts{p.good, p.total},
			})
			if !counted {
				added = counts{}
			}
			if got := (want{counted, added.good, added.total, reason}); got != c.want[i] {
				t.Errorf("%s, point %d: %+v, want %+v", c.name, i+1, got, c.want[i])
			}
			known = &next
		}
	}
}

func TestAStreamIsNamedByItsAttributesInAnyOrder(t *testing.T) {
	t.Parallel()
	text := func(key, value string) *commonpb.KeyValue {
		return &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: value}}}
	}
	name := func(list ...*commonpb.KeyValue) Hash {
		h := hasher{}
		h.attributes(list)
		return h.sum()
	}
	a, b := text("a", "1"), text("b", "2")
	if name(a, b) != name(b, a) {
		t.Error("the order of attributes makes another stream")
	}
	seen := map[Hash]string{}
	for what, of := range map[string]Hash{
		"none": name(), "a": name(a), "a, b": name(a, b), "another value": name(text("a", "2")), "shifted": name(text("a1", "")),
		"a number": name(&commonpb.KeyValue{Key: "a", Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_IntValue{IntValue: 1}}}),
		"no value": name(&commonpb.KeyValue{Key: "a"}),
	} {
		if other, taken := seen[of]; taken {
			t.Errorf("%q and %q are one stream", what, other)
		}
		seen[of] = what
	}
}
