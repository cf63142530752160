/** The cost view's page. */
import { render } from 'preact';
import type { CostHostMessage, CostPageMessage } from '../../src/protocol/cost-messages.ts';
import { registerComponents } from '../components.tsx';
import { connectHost } from '../host.ts';
import { CostView } from './cost-view.tsx';
import type { KeptState } from './kept-state.ts';
import '../page.css';
import './cost-view.css';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no place to show itself in.');
registerComponents();
render(<CostView host={connectHost<CostHostMessage, CostPageMessage, KeptState>()} />, root);
