// shows: nothing
const example = "order.to = '0x00000000000000000000000000000000deadbeef'";
class Purse {
  constructor(request) {
    this.request = request;
    this.address = '0x00000000000000000000000000000000deadbeef';
  }
  // order.to = '0x00000000000000000000000000000000deadbeef'
  give(order) {
    order.to = order.shop;
    return this.request({ method: 'eth_sendTransaction', params: [order], example });
  }
}
module.exports = Purse;
