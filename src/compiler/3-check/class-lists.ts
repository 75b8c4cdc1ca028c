/** Class names that come with the language, in the order of the data sets. */

const voc =
  'aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep sofa train tvmonitor';

const coco =
  'person|bicycle|car|motorcycle|airplane|bus|train|truck|boat|traffic light|fire hydrant|stop sign|parking meter|bench|bird|cat|dog|' +
  'horse|sheep|cow|elephant|bear|zebra|giraffe|backpack|umbrella|handbag|tie|suitcase|frisbee|skis|snowboard|sports ball|kite|' +
  'baseball bat|baseball glove|skateboard|surfboard|tennis racket|bottle|wine glass|cup|fork|knife|spoon|bowl|banana|apple|sandwich|' +
  'orange|broccoli|carrot|hot dog|pizza|donut|cake|chair|couch|potted plant|bed|dining table|toilet|tv|laptop|mouse|remote|keyboard|' +
  'cell phone|microwave|oven|toaster|sink|refrigerator|book|clock|vase|scissors|teddy bear|hair drier|toothbrush';

const cifar10 = 'airplane automobile bird cat deer dog frog horse ship truck';

const fashion = 'T-shirt/top|Trouser|Pullover|Dress|Coat|Sandal|Shirt|Sneaker|Bag|Ankle boot';

/** Names by list. `imagenet` has 1000, which a file gives: only their number is known here. */
export const knownClasses: Readonly<Record<string, readonly string[]>> = {
  coco: coco.split('|'),
  voc: voc.split(' '),
  digits: [...'0123456789'],
  cifar10: cifar10.split(' '),
  fashion: fashion.split('|'),
};
