package segment_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/measure/segment"
)

const five = 5 * time.Minute

// The bytes were laid out by hand from the table in the package's documentation;
// the checksum was computed by another program, bit by bit from the reversed
// polynomial 0x82f63b78, which gives the published check value 0xe3069283.
func TestTheBytesAreThoseOfTheDocumentation(t *testing.T) {
	t.Parallel()
	s, changed, err := segment.Merge(segment.New(five, 12), []segment.Slot{
		{Index: 0, Good: 10_000, Total: 10_000},
		{Index: 2, Good: 299_000, Total: 300_000},
		{Index: 9, Good: 0, Total: 0},
	})
	if err != nil || !changed {
		t.Fatalf("changed %v, error %v", changed, err)
	}
	want, err := hex.DecodeString("01" + "01" + "2c01" + "0c00" + "02" + "01" + "b4109bfc" +
		"0502" + // slots 0, 2 and 9 are known
		"0a00" + "0000" + "2c01" + "0000" + "0000" + "0000" + "0000" + "0000" + "0000" + "0000" + "0000" + "0000" +
		"00" + "00" + "01" + "00" + "00" + "00" + "00" + "00" + "00" + "00" + "00" + "00")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(s.Bytes(), want) {
		t.Errorf("got  %x\nwant %x", s.Bytes(), want)
	}
	if s.Latest() != 9 || s.Resolution() != five || s.Slots() != 12 {
		t.Errorf("latest %d, resolution %s, %d slots", s.Latest(), s.Resolution(), s.Slots())
	}
	if good, total := s.Range(0, 12); good != 309_000 || total != 310_000 {
		t.Errorf("sums are %d of %d", good, total)
	}
}

func TestAnEmptySegmentKnowsNothing(t *testing.T) {
	t.Parallel()
	s := reread(t, segment.New(time.Minute, 60))
	if s.Latest() != -1 || s.Known(0, 60) || len(s.Bytes()) != 12+8 {
		t.Errorf("latest %d, known %v, %d bytes", s.Latest(), s.Known(0, 60), len(s.Bytes()))
	}
}

func TestADayOfTypicalTrafficTakesLessThanAKilobyte(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	slots := make([]segment.Slot, 288)
	for i := range slots {
		total := random.Int64N(60_000) * 1000
		slots[i] = segment.Slot{Index: i, Total: total, Good: total - min(total, random.Int64N(200)*1000)}
	}
	s, _, err := segment.Merge(segment.New(five, 288), slots)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Bytes()) != 912 {
		t.Errorf("%d bytes instead of 12 + 36 + 288·3 = 912", len(s.Bytes()))
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	good := segment.New(five, 12).Bytes()
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":          {nil, segment.ErrCorrupt},
		"a later version":  {append([]byte{2}, good[1:]...), segment.ErrVersion},
		"version zero":     {append([]byte{0}, good[1:]...), segment.ErrVersion},
		"half a header":    {good[:7], segment.ErrCorrupt},
		"one byte less":    {good[:len(good)-1], segment.ErrCorrupt},
		"one byte more":    {append(bytes.Clone(good), 0), segment.ErrCorrupt},
		"an unknown flag":  {sealed(good, func(d []byte) { d[1] |= 2 }), segment.ErrCorrupt},
		"resolution zero":  {sealed(good, func(d []byte) { d[2], d[3] = 0, 0 }), segment.ErrCorrupt},
		"no slots":         {sealed(good, func(d []byte) { d[4] = 0 }), segment.ErrCorrupt},
		"a width of 3":     {sealed(good, func(d []byte) { d[6] = 3 }), segment.ErrCorrupt},
		"a spare presence": {sealed(good, func(d []byte) { d[13] = 0x10 }), segment.ErrCorrupt},
		"more bad than all": {sealed(append(filled(t, 1000, 1000), 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), func(d []byte) {
			d[7] = 1
		}), segment.ErrCorrupt},
		"events of an absent slot": {sealed(filled(t, 1000, 1000), func(d []byte) { d[12] = 0 }), segment.ErrCorrupt},
		"a total too large": {sealed(filled(t, 256_000_000_000, 256_000_000_000), func(d []byte) {
			d[17] = 0xff
		}), segment.ErrCorrupt},
	} {
		if _, err := segment.Decode(test.data); !errors.Is(err, test.want) {
			t.Errorf("%s: error is %v, want %v", name, err, test.want)
		}
	}
}

func TestMergeRefusesWhatIsNoCount(t *testing.T) {
	t.Parallel()
	for _, s := range []segment.Slot{
		{Index: -1}, {Index: 12}, {Good: 2, Total: 1}, {Good: -1, Total: 1}, {Good: 0, Total: segment.MaxCount + 1},
	} {
		if _, _, err := segment.Merge(segment.New(five, 12), []segment.Slot{s}); err == nil {
			t.Errorf("%+v was taken", s)
		}
	}
}

func TestFoldRefusesAnotherResolutionAndWhatLiesOutside(t *testing.T) {
	t.Parallel()
	day := segment.New(five, 288)
	if _, err := segment.Fold(day, []segment.Part{{At: 0, Segment: segment.New(time.Minute, 60)}}); err == nil {
		t.Error("minutes were folded into five minutes")
	}
	if _, err := segment.Fold(day, []segment.Part{{At: 280, Segment: segment.New(five, 12)}}); err == nil {
		t.Error("an hour was folded over the end of the day")
	}
}

// filled is a segment of 12 slots, of which the first is known.
func filled(t *testing.T, good, total int64) []byte {
	t.Helper()
	s, _, err := segment.Merge(segment.New(five, 12), []segment.Slot{{Good: good, Total: total}})
	if err != nil {
		t.Fatal(err)
	}
	return s.Bytes()
}

// sealed changes a copy of the bytes and gives it a fitting checksum.
func sealed(data []byte, change func([]byte)) []byte {
	data = bytes.Clone(data)
	change(data)
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := crc32.Update(crc32.Checksum(data[:8], table), table, data[12:])
	data[8], data[9], data[10], data[11] = byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24)
	return data
}

func reread(t interface{ Fatalf(string, ...any) }, s segment.Segment) segment.Segment {
	again, err := segment.Decode(s.Bytes())
	if err != nil {
		t.Fatalf("what was packed cannot be read: %v", err)
	}
	return again
}

// content is what a segment says, by its public face alone.
func content(s segment.Segment) map[int][2]int64 {
	out := map[int][2]int64{}
	for i := range s.Slots() {
		if good, total, present := s.At(i); present {
			out[i] = [2]int64{good, total}
		}
	}
	return out
}

// count draws a total in thousandths: small, large, whole or fractional.
func count(t *rapid.T) int64 {
	limit := rapid.SampledFrom([]int64{0, 255, 256, 65_536, 1 << 32, segment.MaxCount / 1000}).Draw(t, "limit")
	v := rapid.Int64Range(0, limit).Draw(t, "count")
	if rapid.Bool().Draw(t, "whole") {
		v *= 1000
	}
	return min(v, segment.MaxCount)
}

func slotsOf(t *rapid.T, n int) []segment.Slot {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) segment.Slot {
		total := count(t)
		return segment.Slot{Index: rapid.IntRange(0, n-1).Draw(t, "index"), Total: total, Good: rapid.Int64Range(0, total).Draw(t, "good")}
	}), 0, 40).Draw(t, "slots")
}

func TestWhatIsPackedIsReadBackAndSummed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{12, 60, 288, 1440}).Draw(t, "n")
		slots := slotsOf(t, n)
		want := map[int][2]int64{}
		for _, s := range slots {
			want[s.Index] = [2]int64{s.Good, s.Total}
		}
		s, changed, err := segment.Merge(segment.New(five, n), slots)
		if err != nil {
			t.Fatal(err)
		}
		if changed != (len(slots) > 0) {
			t.Fatalf("changed is %v after %d slots", changed, len(slots))
		}
		s = reread(t, s)
		block := s.Block()
		i := rapid.IntRange(0, n).Draw(t, "i")
		j := rapid.IntRange(i, n).Draw(t, "j")
		var good, total int64
		latest := -1
		for k, v := range want {
			if k >= i && k < j {
				good, total = good+v[0], total+v[1]
			}
			latest = max(latest, k)
			if g, tt := block.At(k); g != v[0] || tt != v[1] {
				t.Fatalf("the block has %d of %d in slot %d, want %v", g, tt, k, v)
			}
		}
		if got := content(s); !equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		if g, tt := s.Range(i, j); g != good || tt != total {
			t.Fatalf("[%d, %d) sums to %d of %d, want %d of %d", i, j, g, tt, good, total)
		}
		if g, tt := block.Range(i, j); g != good || tt != total {
			t.Fatalf("[%d, %d) of the block sums to %d of %d, want %d of %d", i, j, g, tt, good, total)
		}
		if s.Latest() != latest || s.Known(0, n) != (latest >= 0) {
			t.Fatalf("latest is %d, want %d", s.Latest(), latest)
		}
	})
}

func TestOrderSplittingAndRepetitionOfMergesChangeNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		slots := slotsOf(t, 60)
		last := map[int]segment.Slot{} // each index once: then the order cannot matter
		for _, s := range slots {
			last[s.Index] = s
		}
		once, _, err := segment.Merge(segment.New(five, 60), slots)
		if err != nil {
			t.Fatal(err)
		}
		var unique []segment.Slot
		for i := range 60 {
			if s, ok := last[i]; ok {
				unique = append(unique, s)
			}
		}
		split := segment.New(five, 60)
		for _, s := range rapid.Permutation(unique).Draw(t, "order") {
			for range rapid.IntRange(1, 2).Draw(t, "times") {
				if split, _, err = segment.Merge(split, []segment.Slot{s}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !bytes.Equal(once.Bytes(), split.Bytes()) {
			t.Fatalf("at once %x\nsplit   %x", once.Bytes(), split.Bytes())
		}
		again, changed, err := segment.Merge(reread(t, once), unique)
		if err != nil || changed || !bytes.Equal(again.Bytes(), once.Bytes()) {
			t.Fatalf("a repetition changed it: %v, %v", changed, err)
		}
	})
}

func TestHoursFoldIntoTheDayThatTheirSlotsMake(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		slots := slotsOf(t, 288)
		want, _, err := segment.Merge(segment.New(five, 288), slots)
		if err != nil {
			t.Fatal(err)
		}
		hours := make([]segment.Segment, 24)
		for h := range hours {
			hours[h] = segment.New(five, 12)
		}
		for _, s := range slots {
			h := s.Index / 12
			s.Index %= 12
			if hours[h], _, err = segment.Merge(hours[h], []segment.Slot{s}); err != nil {
				t.Fatal(err)
			}
		}
		var parts []segment.Part
		for h, s := range hours {
			if s.Known(0, 12) {
				parts = append(parts, segment.Part{At: h * 12, Segment: s})
			}
		}
		got, err := segment.Fold(segment.New(five, 288), parts)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Fatalf("folded %v, want %v", content(got), content(want))
		}
	})
}

func TestEveryCorruptedByteIsDetected(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, _, err := segment.Merge(segment.New(five, 12), slotsOf(t, 12))
		if err != nil {
			t.Fatal(err)
		}
		flip := byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		for i := range s.Bytes() {
			data := bytes.Clone(s.Bytes())
			data[i] ^= flip
			if _, err := segment.Decode(data); err == nil {
				t.Fatalf("byte %d of %x was changed by %#x, and nobody saw it", i, s.Bytes(), flip)
			}
		}
	})
}

func TestABlockKeepsWhatIsSetInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := map[int][2]int64{}
		block := segment.NewBlock(60)
		for _, s := range slotsOf(t, 60) {
			block.Set(s.Index, s.Good, s.Total)
			want[s.Index] = [2]int64{s.Good, s.Total}
		}
		for i := range block.Slots() {
			if good, total := block.At(i); want[i] != [2]int64{good, total} {
				t.Fatalf("slot %d has %d of %d, want %v", i, good, total, want[i])
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(segment.New(five, 12).Bytes())
	s, _, _ := segment.Merge(segment.New(time.Minute, 60), []segment.Slot{{Index: 3, Good: 1, Total: 70_000}, {Index: 59, Good: 5000, Total: 5000}})
	f.Add(s.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		// The checksum is mended, so that the rules behind it are reached too.
		for _, data := range [][]byte{data, mended(data)} {
			s, err := segment.Decode(data)
			if err != nil {
				continue
			}
			var good, total int64
			for i := range s.Slots() {
				g, n, present := s.At(i)
				if g < 0 || g > n || n > segment.MaxCount || (!present && n != 0) {
					t.Fatalf("slot %d has %d good of %d, present %v", i, g, n, present)
				}
				good, total = good+g, total+n
			}
			if g, n := s.Range(0, s.Slots()); g != good || n != total {
				t.Fatalf("the range sums to %d of %d, its slots to %d of %d", g, n, good, total)
			}
			if _, changed, err := segment.Merge(s, nil); changed || err != nil {
				t.Fatalf("merging nothing: changed %v, %v", changed, err)
			}
		}
	})
}

func mended(data []byte) []byte {
	if len(data) < 12 {
		return nil
	}
	return sealed(data, func([]byte) {})
}

func equal(a, b map[int][2]int64) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || w != v {
			return false
		}
	}
	return true
}
