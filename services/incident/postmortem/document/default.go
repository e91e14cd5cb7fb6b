package document

// Default is the template that an organisation has which made none of its own.
func Default() Template {
	return Template{
		Markdown: defaultMarkdown,
		Required: []string{"Summary", "Impact", "Root causes and contributing factors", "Trigger", "Detection", "Resolution", "Lessons", "Action items"},
	}
}

const defaultMarkdown = `## Summary

<!-- Two or three sentences that somebody from another team understands. -->

## Impact

<!-- Who noticed what, for how long, how many; and what it took of the error budgets. -->

## Root causes and contributing factors

<!-- There is rarely one. Ask what had to be as it was so that it could happen, and what made it look right to those who were there. -->

## Trigger

<!-- What set it off. It is not the cause. -->

## Detection

<!-- How it was noticed, after how long, and by what it could be noticed sooner. -->

## Resolution

<!-- What ended the impact, and how that was found. -->

## What went well

## What went wrong

## Where we were lucky

## Timeline

<!-- Times with their zone. What people saw and knew then, not what is known now. -->

## Lessons

<!-- What is known now that was not known before, for others as well. -->

## Action items

<!-- Each with one owner, a priority, a day, and a verb by which anybody can verify that it is done. -->
`
