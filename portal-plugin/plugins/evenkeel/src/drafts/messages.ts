export const draftsMessages = {
  title: 'Your draft of {{when}} is here',
  text: 'You typed it and did not save it. It is in this browser tab alone.',
  goOn: 'Go on with it',
  discard: 'Discard it',
  unkept: 'This browser keeps no draft of it: save it before you leave.',
} as const;
