/** The title of an issue, with names of things as code, as GitHub shows it. */
export function IssueTitle(props: { text: string }) {
  return (
    <>
      {props.text.split(/`([^`]+)`/).map((part, at) =>
        at % 2 === 1 ? (
          // The parts of a title do not move.
          // eslint-disable-next-line react/no-array-index-key
          <code key={at}>{part}</code>
        ) : (
          part
        ),
      )}
    </>
  );
}
