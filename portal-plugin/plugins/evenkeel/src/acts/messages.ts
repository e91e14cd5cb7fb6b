export const actsMessages = {
  notAcknowledged: 'Once the team has acknowledged it with a plan.',
  ownRequest: 'You asked for it: another person decides.',
} as const;
