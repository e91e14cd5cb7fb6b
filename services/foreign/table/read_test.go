package table_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/table"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

const services = `Service,Name,Team,Tier,Description,System,Repository,Depends on,Cost centre
checkout,Checkout,Payments Crew,1,"Takes orders,
and cards",shop,https://github.com/example/checkout,"ledger stock",4711
ledger,,payments-crew,Tier 2,,,,,
,,,,,,,,
Stock Keeper,,logistics,,,shop,,,
`

func read(in, text string) table.Reading {
	return table.Read([]foreign.Text{{In: in, Bytes: []byte(text)}})
}

func notes(got []foreign.Placed) string {
	var out []string
	for _, n := range got {
		out = append(out, fmt.Sprintf("%d:%d %s", n.Line, n.Column, n.Of))
	}
	return strings.Join(out, ", ")
}

// What is expected is read off the table by hand.
func TestServicesAreReadWithTheirTeamsAndSystems(t *testing.T) {
	t.Parallel()
	// Excel in German writes semicolons, and all of them begin a file with a mark.
	semicolons := strings.NewReplacer("orders,", "orders,", ",", ";").Replace(services)
	for name, text := range map[string]string{
		"commas": services, "semicolons": "\ufeff" + semicolons, "tabs": strings.NewReplacer("orders,", "orders,", ",", "\t").Replace(services), "lines of Windows": strings.ReplaceAll(services, "\n", "\r\n"),
	} {
		got := read("services.csv", text)
		if len(got.Refused) != 0 {
			t.Fatalf("%s: refused was %v", name, got.Refused)
		}
		at := func(line int) foreign.Origin {
			return foreign.Origin{In: "services.csv", Document: 1, Line: line}
		}
		want := foreign.Organisation{
			Teams: []foreign.Team{
				{TeamInput: registry.TeamInput{Slug: "logistics", Name: "logistics"}, Origin: at(6)},
				{TeamInput: registry.TeamInput{Slug: "payments-crew", Name: "Payments Crew"}, Origin: at(2)},
			},
			Systems: []foreign.System{{SystemInput: registry.SystemInput{Slug: "shop", Name: "shop", Team: "payments-crew"}, Origin: at(3)}},
			Services: []foreign.Service{
				{DependsOn: []string{"ledger", "stock"}, Origin: at(2), ServiceInput: registry.ServiceInput{Slug: "checkout", Team: "payments-crew", System: "shop", Profile: registry.Profile{
					Name: "Checkout", Description: "Takes orders,\nand cards", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production, Repository: "https://github.com/example/checkout",
				}}},
				{Origin: at(4), ServiceInput: registry.ServiceInput{Slug: "ledger", Team: "payments-crew", Profile: registry.Profile{Name: "ledger", Kind: registry.HTTP, Tier: 2, Lifecycle: registry.Production}}},
				{Origin: at(6), ServiceInput: registry.ServiceInput{Slug: "stock-keeper", Team: "logistics", System: "shop", Profile: registry.Profile{Name: "Stock Keeper", Kind: registry.HTTP, Tier: 3, Lifecycle: registry.Production}}},
			},
		}
		if !reflect.DeepEqual(got.Teams, want.Teams) || !reflect.DeepEqual(got.Systems, want.Systems) || !reflect.DeepEqual(got.Services, want.Services) {
			t.Errorf("%s: read was\n%+v\n%+v\n%+v, want\n%+v", name, got.Teams, got.Systems, got.Services, want)
		}
		// The column, the team's name, the system's team, the other service's name, and its tier.
		if is := notes(got.Notes); is != "1:65 , 2:19 service checkout, 3:12 system shop, 6:1 service stock-keeper, 6:25 service stock-keeper" {
			t.Errorf("%s: notes are at %s", name, is)
		}
	}
}

func TestSLOsAreReadWithTheirQueries(t *testing.T) {
	t.Parallel()
	got := read("slos.csv", `service,slo,objective,window_days,category,good query,total query,data source
checkout,availability,99.9,30d,,"sum(increase(ok_total{code=~""2..""}[$window]))",sum(increase(all_total[$window])),prometheus-eu
checkout,fast,99 %,,latency,,,
`)
	if len(got.Refused) != 0 || len(got.SLOs) != 2 {
		t.Fatalf("read was %+v", got)
	}
	want := slo.Declaration{
		Slug: "availability", Name: "availability", Objective: "99.9%", WindowDays: 30, Category: slo.Availability,
		Origin: origin.Origin{DataSource: "prometheus-eu", Ratio: &origin.Ratio{Good: `sum(increase(ok_total{code=~"2.."}[$window]))`, Total: "sum(increase(all_total[$window]))"}},
	}
	if s := got.SLOs[0]; s.Service != "checkout" || !reflect.DeepEqual(s.Declaration, want) || s.Origin.Line != 2 {
		t.Errorf("the first is %+v", s)
	}
	if d := got.SLOs[1].Declaration; d.Objective != "99%" || d.WindowDays != 0 || d.Category != slo.Latency || !d.Origin.Pushed() {
		t.Errorf("the second is %+v", d)
	}
	if is := notes(got.Notes); is != "3:10 SLO checkout/fast" {
		t.Errorf("notes are at %s", is)
	}
}

// Lines and columns were counted by hand.
func TestWhatIsWrongIsToldWithLineAndColumn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"", "1:1: there is no table"},
		{"name\nx\n", "1:1: the first row must name a column service, or slug"},
		{"service,Slug\na,b\n", "1:9: two columns are called service"},
		{"service,tier\ncheckout,7\n", `2:10: tier must be 1, the most critical, to 4 (it is "7")`},
		{"service,name\nä,b\n\"x\",c\n,d\n", "2:1: service must have letters or digits (it is \"ä\")\n4:1: service is required"},
		{"name,service,repository\nä,x,ftp://h\n", "2:5: repository must be an absolute http or https address"},
		{"service,repository\nx,https://u:hush@h\n", "2:3: repository must not hold a name or password"},
		{"service\na\n\"b\n", "a cell that begins with a quote has to end with one"},
		{"service,name\na,b\"c\n", "2:4: a quote is within a cell"},
		{"service,name\na,b,c\n", "2:5: is in no column"},
		{"service\n\xff\n", "1:1: must be UTF-8"},
		{"service,slo\na,\n", "2:3: slo is required"},
		{"service,slo,objective\na,b,lots\n", "2:5: objective must be a percentage"},
		{"service,slo,window\na,b,91\n", "2:5: window_days must be 1 to 90 days"},
		{"service,slo,sli\na,b,speed\n", "2:5: category must be one of availability"},
		{"service,slo,good,total\na,b,sum(,x\n", "2:5: good cannot be read as PromQL"},
		{"service,slo,good,total\na,b,,sum(increase(x[$window]))\n", "2:5: good must "},
	} {
		got := read("x.csv", c.text)
		var refused *yamldoc.Error
		if len(got.Refused) != 1 || !errors.As(got.Refused[0].Err, &refused) || !strings.Contains(refused.Error(), c.want) {
			t.Errorf("%q: refused was %v, want %s", c.text, got.Refused, c.want)
		}
		if strings.Contains(fmt.Sprint(got), "hush") {
			t.Errorf("%q: a password is told", c.text)
		}
	}
}

func TestTheFirstRowOfANameGoes(t *testing.T) {
	t.Parallel()
	got := table.Read([]foreign.Text{{In: "a.csv", Bytes: []byte("slug,tier\nx,1\nx,2\n")}, {In: "b.csv", Bytes: []byte("slug,tier\nX,3\n")}})
	if len(got.Services) != 1 || got.Services[0].Tier != 1 {
		t.Errorf("services are %+v", got.Services)
	}
	left := 0
	for _, n := range got.Notes {
		if n.Left {
			left++
		}
	}
	if left != 2 {
		t.Errorf("notes are %+v", got.Notes)
	}
}

func FuzzAnyTextIsReadOrRefused(f *testing.F) {
	for _, text := range []string{services, "service,slo,good,total\na,b,x,y\n", "\ufeff;\n", "service\n\"\n", "slug,team,system\na,b,c\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got := read("x", string(text))
		for _, s := range got.Services {
			if err := s.Validate(); err != nil {
				t.Errorf("a service was read that cannot be declared: %v", err)
			}
		}
		for _, s := range got.SLOs {
			d := s.Declaration
			if d.Origin.Ratio != nil && d.Origin.DataSource == "" {
				d.Origin.DataSource = "any"
			}
			if err := d.Validate(); err != nil {
				t.Errorf("an SLO was read that cannot be declared: %v", err)
			}
		}
		for _, r := range got.Refused {
			var refused *yamldoc.Error
			if !errors.As(r.Err, &refused) || len(refused.Problems) == 0 {
				t.Fatalf("%v has no place", r.Err)
			}
			for _, p := range refused.Problems {
				if p.Line < 1 || p.Column < 1 {
					t.Errorf("%s is nowhere", p)
				}
			}
		}
	})
}
