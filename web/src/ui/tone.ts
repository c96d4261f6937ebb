/** What a colour may mean. */
export type Tone = 'good' | 'warn' | 'mild' | 'calm' | 'bad'
