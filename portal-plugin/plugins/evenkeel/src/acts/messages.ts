export const actsMessages = {
  notAcknowledged: 'Once the team has acknowledged it with a plan.',
  over: 'It is over.',
  ownRequest: 'You asked for it: another person decides.',
} as const;
