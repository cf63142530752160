/** The run panel's page. */
import { render } from 'preact';
import type { HostMessage, PanelMessage } from '../../src/protocol/messages.ts';
import { registerComponents } from '../components.tsx';
import { connectHost } from '../host.ts';
import type { KeptState } from './kept-state.ts';
import { RunPanel } from './run-panel.tsx';
import '../page.css';
import './run-panel.css';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no place to show itself in.');
registerComponents();
render(<RunPanel host={connectHost<HostMessage, PanelMessage, KeptState>()} />, root);
