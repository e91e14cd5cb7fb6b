package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/evenkeel/evenkeel/openapi/client"
)

// forExample starts an installation in which examples have a team.
func forExample() (c *client.Client, end func()) {
	dir, err := os.MkdirTemp("", "evenkeel-example")
	if err != nil {
		log.Fatal(err)
	}
	i, err := install(dir)
	if err != nil {
		log.Fatal(err)
	}
	if c, err = client.New(i.base, client.WithToken(i.token)); err != nil {
		log.Fatal(err)
	}
	if _, err := c.CreateTeam(context.Background(), nil, client.TeamInput{Slug: "payments", Name: "Payments"}); err != nil {
		log.Fatal(err)
	}
	return c, func() {
		if err := errors.Join(i.end(), os.RemoveAll(dir)); err != nil {
			log.Fatal(err)
		}
	}
}

// Register services, and list them: pages are asked for as they are reached.
func Example() {
	c, end := forExample() // client.New("https://evenkeel.example.org", client.WithTokenFile("token"))
	defer end()
	ctx := context.Background()
	for _, slug := range []string{"checkout", "ledger"} {
		in := client.ServiceCreate{Slug: slug, Name: slug, Team: "payments", Kind: client.ServiceCreateKindHTTP, Tier: 1}
		if _, err := c.CreateService(ctx, nil, in); err != nil {
			log.Fatal(err)
		}
	}
	team := "payments"
	for service, err := range c.ListServices(ctx, &client.ListServicesParams{Team: &team}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(service.Slug, service.Team.Slug, service.Tier)
	}
	// Output:
	// checkout payments 1
	// ledger payments 1
}

// Tell errors apart by their kind, their code and the rules that were broken.
func ExampleError() {
	c, end := forExample()
	defer end()
	ctx := context.Background()

	_, err := c.GetService(ctx, "checkout", nil)
	fmt.Println("not found:", errors.Is(err, client.ErrNotFound))

	_, err = c.CreateService(ctx, nil, client.ServiceCreate{Slug: "checkout", Name: "Checkout", Team: "payments", Kind: client.ServiceCreateKindHTTP, Tier: 7})
	var refused *client.Error
	if errors.As(err, &refused) {
		fmt.Println(refused.Status, refused.Code, refused.RequestID != "")
		for _, v := range refused.Violations {
			fmt.Println(v.Pointer)
		}
	}
	// Output:
	// not found: true
	// 422 invalid_input true
	// /tier
}

// Change what others may change too: nobody's change is lost, whoever comes first.
func ExampleUpdate() {
	c, end := forExample()
	defer end()
	ctx := context.Background()
	team, err := client.Update(ctx,
		func(ctx context.Context) (*client.Team, error) { return c.GetTeam(ctx, "payments", nil) },
		func(current *client.Team) (client.TeamInput, error) {
			description := "We take money."
			return client.TeamInput{Slug: current.Slug, Name: current.Name, Contact: &current.Contact, Description: &description}, nil
		},
		func(ctx context.Context, current *client.Team, in client.TeamInput) (*client.Team, error) {
			return c.UpdateTeam(ctx, current.Slug, &client.UpdateTeamParams{IfMatch: client.ETag(current.Version)}, in)
		},
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(team.Description, team.Version)
	// Output: We take money. 2
}
