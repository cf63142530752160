/** A small thesaurus of everyday English. Nothing here comes from a task's data; a prompt's own words always weigh more. */
import { stem, wordsOf } from './words.ts';

/** Words of one line are near in meaning. */
const GROUPS = `
bill billing invoice charge payment pay paid fee price cost money card bank receipt debit
refund reimburse repay reimbursement
ship shipping shipment deliver delivery parcel package courier dispatch arrive arrival transit tracking
return send-back exchange swap replace replacement unwanted
technical error bug crash broken fault malfunction glitch defect install software device
account login password profile username sign-in email-address register registration
cancel cancellation stop end terminate
urgent rush express fast quick asap hurry immediately priority overnight
late delay slow overdue waiting behind
damage broken crack smash torn dent scratch shatter
wrong incorrect mistake mistaken error different
missing lost gone absent incomplete
question ask inquiry enquiry wonder
complain complaint unhappy angry dissatisfied disappointed upset furious
good great excellent wonderful amazing fantastic love loved perfect brilliant happy pleased enjoy positive superb delightful
bad terrible awful horrible poor worst hate hated disappointing negative dreadful useless waste boring
neutral average okay mediocre ordinary
buy purchase order acquire
sport match player league goal tournament coach football
politics government election vote minister parliament law
business market company stock profit economy trade
science research study experiment scientist laboratory
health doctor hospital illness medicine patient disease
food meal restaurant eat dish cook recipe
travel trip hotel flight holiday journey airport
weather rain storm snow temperature sunny
music song album band concert singer
film movie cinema actor director scene
spam prize winner lottery free click offer
feature request suggestion wish improvement
security breach hack fraud phishing virus
legal contract lawyer court clause liability
job career salary employee hire vacancy
school student teacher lesson university exam
house home apartment rent landlord property
car vehicle engine driver road wheel
start begin open launch
quantity amount count units pieces number
address street city postcode
date day deadline schedule calendar`;

type Groups = ReadonlyMap<string, readonly number[]>;

function readGroups(): Groups {
  const groups = new Map<string, number[]>();
  for (const [index, line] of GROUPS.trim().split('\n').entries()) {
    for (const word of wordsOf(line)) {
      const key = stem(word);
      const known = groups.get(key) ?? [];
      if (!known.includes(index)) groups.set(key, [...known, index]);
    }
  }
  return groups;
}

const groups = readGroups();

/** Whether two stems stand in one line of the thesaurus. */
export function areNear(stemA: string, stemB: string): boolean {
  if (stemA === stemB) return true;
  const mine = groups.get(stemA);
  return mine !== undefined && (groups.get(stemB)?.some((index) => mine.includes(index)) ?? false);
}

const TROUBLE =
  /\b(?:late|delay(?:ed)?|broke[n]?|damaged?|crack(?:ed)?|smashed|torn|dent(?:ed)?|scratch(?:ed)?|shattered|wrong|incorrect|mistakes?|missing|lost|never (?:arrived|came|received|got)|still (?:not|no|waiting|hasn[’']?t|haven[’']?t)|(?:not|n[’']?t|yet to) (?:work(?:ing)?|arrived?|come|received?|charge|turn|start|open|fit|been)|twice|double|fail(?:ed|s|ing)?|faulty|defective|errors?|crash(?:e[sd])?|stopped|overcharged|unhappy|disappoint(?:ed|ing)|angry|upset|frustrat(?:ed|ing)|annoy(?:ed|ing)|complain(?:t|ing)?|problem|issue|leak(?:s|ing|ed)?|instead of|stuck|locked out|refus(?:es|ed)|waited|waiting|dead|flicker(?:s|ing)?|tore|chipped|bent|poor|unacceptable|incomplete|overdue|only (?:one|two|half))\b/i;

/** Whether a message tells of something that went wrong. */
export function tellsOfTrouble(text: string): boolean {
  return TROUBLE.test(text);
}
