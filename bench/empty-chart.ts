// What any app with cdk8s-plus costs before it says anything.
import { App, Chart } from 'cdk8s';
import 'cdk8s-plus-28';

const app = new App();
new Chart(app, 'empty');
app.synth();
