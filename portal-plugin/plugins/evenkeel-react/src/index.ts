/**
 * Evenkeel in other plugins: the ref of its API, hooks that read and change, and components that
 * show its states, words, charts and forms.
 *
 * @packageDocumentation
 */
export { evenkeelApi, evenkeelApiRef, type EvenkeelApi } from './api';
export {
  EvenkeelRoot,
  useChange,
  useRead,
  type Change,
  type Read,
} from './queries';
export { problemIn } from './problem';
export { Nothing, Shown, Snippet, Trouble, Waiting } from './states';
export { Word, resultTones, sloTones, type Tone } from './words';
export { ago, day, duration, moment, number, percent } from './format';
export {
  FormDialog,
  LostRace,
  Refused,
  faultAt,
  faultOf,
  raced,
  refusalBesideRace,
  refusalOf,
  type Refusal,
} from './forms';
export { DayField } from './DayField';
export { MomentField } from './MomentField';
export { ifSeen } from './seen';
export { RightButton, belongs, useDenied, useMe } from './rights';
export { ChartFrame, Key, type ChartTable } from './charts/ChartFrame';
export {
  TimeChart,
  type Band,
  type Level,
  type Mark,
  type Point,
  type Series,
} from './charts/TimeChart';
export { Bars, Sparkline, StackedBar, type Part } from './charts/Bars';
export { Donut } from './charts/Donut';
export { StackedArea, type Layer, type StackedDay } from './charts/StackedArea';
export { colors } from './charts/colors';
export {
  Column,
  Columns,
  DataTable,
  Facts,
  Figures,
  PageBody,
  PageTitle,
  Row,
  Rows,
  Section,
  Sub,
  type Figure,
} from './layout';
export { LevelWord, NO_LEVEL, levelColor, levelParts } from './levels';
export { More, usePages, type Page, type Pages } from './pages';
export { useSettled } from './settled';
export { evenkeelReactTranslationRef } from './translation';
